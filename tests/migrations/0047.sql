-- Rights only: no rows of its own.
select;
