# Lines of `--json-into` to GitHub's workflow commands; whatever stands in them stays on its one line.
def data: gsub("%"; "%25") | gsub("\r"; "%0D") | gsub("\n"; "%0A");
def property: data | gsub(":"; "%3A") | gsub(","; "%2C");
def normal:
  reduce split("/")[] as $part ([];
    if $part == "." or $part == "" then . elif $part == ".." and length > 0 then .[:-1] else . + [$part] end)
  | join("/");
def place:
  if .range == null then ""
  else "file=\("\($directory)/\(.range.filename)" | normal | property),line=\(.range.start.line),col=\(.range.start.column),"
  end;

select(.type == "diagnostic") | .diagnostic
| (if .address then "\(.address): " else "" end) as $address
| (.x_code // .code // "") as $code
| "::\(if .severity == "error" then "error" else "warning" end) \(place)title=\(.summary | property)::\(
    "\($address)\(.detail) [\($code)]" | data)"
