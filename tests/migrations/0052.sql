-- A linked account has its chat.
update public.chat_accounts set chat = '7', note = '{}';
