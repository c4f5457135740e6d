"""Papers (文书): the slips and reports of a case on A4, as an office files them (decisions 19)."""
