"""The register of policy documents (制度文件): texts, passages, standing and audience."""
