-- Functions only: no rows of their own.
select;
