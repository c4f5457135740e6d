"""The register of policy documents (政策文件): assessed before their release."""
