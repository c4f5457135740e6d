"""The public site as files (静态副本), for a shared web platform or an intranet."""
