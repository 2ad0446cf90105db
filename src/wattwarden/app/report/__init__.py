"""The report of a scan: its figures as plain values, and the page and workbook made of them."""
