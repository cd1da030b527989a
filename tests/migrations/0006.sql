insert into public.ai_conversations (id, session_id, role, content, source) values
  ('00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-0000000000f1', 'user', 'A summit in December', 'web');
insert into public.ai_conversations (session_id, role, content, source, reply_to) values
  ('00000000-0000-4000-8000-0000000000f1', 'assistant', 'Which day?', 'web', '00000000-0000-4000-8000-000000000101');
insert into public.inbox (channel, account, external_id, session_id, user_id, message_id, state, owner_node, lease_until) values
  ('web', '00000000-0000-4000-8000-0000000000f1', 'm-1', '00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-000000000001',
   '00000000-0000-4000-8000-000000000101', 'running', 'node-1', now());
insert into public.outbox (session_id, channel, address, reply) values
  ('00000000-0000-4000-8000-0000000000f1', 'telegram', '42', '{"text": "Which day?"}');
