insert into app.reminded (until_hour) values (490000);
