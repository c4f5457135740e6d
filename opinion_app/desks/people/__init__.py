"""People and units (人员与单位): what the administrator sets up."""
