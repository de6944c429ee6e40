import { docsContentSecurityPolicy, docsPage } from './docs-page.ts';
import type { Handler } from './request.ts';

export const getDocs: Handler<'getDocs'> = async () => ({
  status: 200,
  body: docsPage,
  headers: { 'content-security-policy': docsContentSecurityPolicy, 'referrer-policy': 'no-referrer' },
});
