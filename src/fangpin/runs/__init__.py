"""The only place that joins the data half and the casework half: the monthly run, pack cases."""
