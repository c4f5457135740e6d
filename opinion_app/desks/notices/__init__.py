"""My notices (我的通知): what the service told one person, read or not."""
