import { confirmRegistration } from '../api/confirm-registration.ts';
import { getMe } from '../api/get-me.ts';
import { listNotifications } from '../api/list-notifications.ts';
import { login } from '../api/login.ts';
import { logout } from '../api/logout.ts';
import { markNotificationRead } from '../api/mark-notification-read.ts';
import { refresh } from '../api/refresh.ts';
import { register } from '../api/register.ts';
import { updateMe } from '../api/update-me.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler('account', {
  register,
  confirmRegistration,
  login,
  refresh,
  logout,
  getMe,
  updateMe,
  listNotifications,
  markNotificationRead,
});
