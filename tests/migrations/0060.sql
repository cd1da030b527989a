-- A column and functions only: no rows of its own.
select;
