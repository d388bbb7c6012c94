"""fangpin: prevents return to poverty, from departments' files to help that arrives."""
