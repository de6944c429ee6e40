import { confirmRegistration } from '../api/confirm-registration.ts';
import { deleteMe } from '../api/delete-me.ts';
import { exportMe } from '../api/export-me.ts';
import { getMe } from '../api/get-me.ts';
import { limited } from '../api/limited.ts';
import { listNotifications } from '../api/list-notifications.ts';
import { login } from '../api/login.ts';
import { logout } from '../api/logout.ts';
import { markNotificationRead } from '../api/mark-notification-read.ts';
import { refresh } from '../api/refresh.ts';
import { register } from '../api/register.ts';
import { updateMe } from '../api/update-me.ts';
import { guardAccess } from '../shared/access-guard.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler(
  'account',
  {
    register: limited({ account: 'registrations', address: 'registrations-per-address' }, register),
    confirmRegistration: limited(
      { account: 'confirmations', address: 'confirmations-per-address' },
      confirmRegistration,
    ),
    login: limited({ account: 'logins', address: 'logins-per-address' }, login),
    refresh,
    logout,
    getMe,
    updateMe,
    deleteMe,
    exportMe,
    listNotifications,
    markNotificationRead,
  },
  { guard: guardAccess },
);
