/** The few pictures of the panel, drawn as lines in the colour of the text; all are decoration. */
import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const Close = () => <Icon><path d="M6 6l12 12M18 6L6 18" /></Icon>;
export const Plus = () => <Icon><path d="M12 5v14M5 12h14" /></Icon>;
export const More = () => <Icon><path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="3" /></Icon>;
export const Person = () => <Icon><circle cx="12" cy="8" r="3.6" /><path d="M4.8 20c1-3.6 3.800-5.400 7.200-5.400s6.200 1.800 7.200 5.400" /></Icon>;
export const Globe = () => <Icon><circle cx="12" cy="12" r="8.500" /><path d="M3.500 12h17M12 3.500c2.500 2.400 3.700 5.200 3.700 8.500s-1.200 6.100-3.700 8.500c-2.500-2.400-3.700-5.200-3.700-8.500s1.200-6.100 3.700-8.500z" /></Icon>;
export const Back = () => <Icon><path d="M15 5l-7 7 7 7" /></Icon>;
export const Spark = () => <Icon><path d="M12 3.500l1.900 5.100 5.100 1.900-5.100 1.900L12 17.500l-1.900-5.100L5 10.500l5.100-1.900zM19 16v4M17 18h4" /></Icon>;
export const Pin = () => <Icon><path d="M12 21s-6.500-5.600-6.500-10.500a6.500 6.500 0 0113 0C18.500 15.400 12 21 12 21z" /><circle cx="12" cy="10.500" r="2.300" /></Icon>;
export const Clock = () => <Icon><circle cx="12" cy="12" r="8.500" /><path d="M12 7.500V12l3 2" /></Icon>;
export const Ticket = () => <Icon><path d="M4 7h16v3.500a1.500 1.500 0 000 3V17H4v-3.500a1.500 1.500 0 000-3zM14 7v10" /></Icon>;
export const Send = () => <Icon><path d="M12 19V5M6 11l6-6 6 6" /></Icon>;
export const Stop = () => <Icon><rect x="7" y="7" width="10" height="10" rx="2" /></Icon>;
export const Check = () => <Icon><path d="M5 12.500l4.500 4.500L19 7.500" /></Icon>;
export const Eye = () => <Icon><path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z" /><circle cx="12" cy="12" r="2.800" /></Icon>;
export const Pencil = () => <Icon><path d="M4 20l1-4L16.500 4.500l3 3L8 19z" /></Icon>;
export const Picture = () => <Icon><rect x="3" y="4.500" width="18" height="15" rx="2.500" /><circle cx="8.500" cy="10" r="1.800" /><path d="M4 17.500l5-4.500 3.500 3 3-2.500 4.500 4" /></Icon>;
export const Copy = () => <Icon><rect x="8" y="8" width="12" height="12" rx="2.500" /><path d="M16 8V6.500A2.500 2.500 0 0013.500 4h-7A2.500 2.500 0 004 6.500v7A2.500 2.500 0 006.500 16H8" /></Icon>;
export const Share = () => <Icon><path d="M12 15V4M8 7.500L12 3.500l4 4M5 12v6.500A1.500 1.500 0 006.500 20h11a1.500 1.500 0 001.500-1.500V12" /></Icon>;
export const Logo = () => (
  <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
    <rect className="logo-ground" width="32" height="32" rx="8" />
    <path className="logo-lines" d="M9 9h14M9 16h10M9 23h14" />
  </svg>
);
