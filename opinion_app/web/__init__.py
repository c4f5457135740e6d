"""Web (门面): the Flask kit that views share - access, errors, filters, nav, paging, transaction."""
