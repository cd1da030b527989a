select app.keep_picture('00000000-0000-4000-8000-000000000001', 'image/jpeg', '\x00', 1000);
