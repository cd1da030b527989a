-- A function only: no rows of its own.
select;
