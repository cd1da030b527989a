insert into public.event_questions (event_id, question) values ('00000000-0000-4000-8000-0000000000d2', 'What do you eat?');
