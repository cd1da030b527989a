insert into public.security_audit_log (user_id, event_type, ip_address, user_agent, metadata) values
  ('00000000-0000-4000-8000-000000000001', 'login', '192.0.2.1', 'Mozilla/5.0', '{}'), (null, 'rate_limit', '2001:db8::1', null, null);
