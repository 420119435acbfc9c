terraform {
  required_providers {
    huaweicloud = { source = "huaweicloud/huaweicloud" }
  }
}
resource "huaweicloud_modelarts_network" "main" {
  name = "train-net"
  cidr = "192.168.0.0/16"
}
variable "secret" {
  type      = string
  default   = "hunter2-secret"
  sensitive = true
}
resource "huaweicloud_modelarts_resource_pool" "team" {
  for_each    = toset(["vision", "speech"])
  name        = "gpu-${each.key}"
  description = "pool of ${each.key}"
  scope       = ["Train"]
  network_id  = huaweicloud_modelarts_network.main.id
  password    = "hunter2-secret"
  resources = [{
    flavor_id = "modelarts.vm.gpu.t4u8", count = 2, node_pool = "np-a", max_count = 2, labels = { disk = "fast" }, tags = { cost = "77" },
    taints = [{ key = "team", value = each.key, effect = "NoSchedule" }], extend_params = jsonencode({ dockerBaseSize = "100" }),
    post_install = var.secret, root_volume = [{ volume_type = "SSD", size = "100Gi" }]
  }]
}
