"""Closing (答复、办结、归档): the writer is answered, the issuer told, the case closed, filed - or taken up again."""
