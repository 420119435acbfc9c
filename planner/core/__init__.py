"""The algebra of a plan: frozen values in, frozen values out, no edges."""
