// Settings of credentials and secrets: encrypted passwords, permissions asked of AAF, secrets kept in its secret store (SMS).
import { bool, integer, permissions, secret, text, url } from './option.ts';
import { REQUIRED_PERMISSION } from './permissions.ts';

export const AUTH = {
  appkey: secret(
    'Key of encrypted passwords. With it, passwords of [aai], [sdnc], [sdc], [conductor_api] and [aaf_api] may stand in the encrypted form of OOF-HAS, and any secret in the form that `conductor encrypt` writes. Empty: passwords are plain. (The reference has a default, which everybody knows.)',
  ),
} as const;

export const AAF_API = {
  is_aaf_enabled: bool(
    false,
    'Credentials are then always required, and correct ones are let in only while AAF gives aaf_conductor_user one of aaf_permissions.',
  ),
  aaf_cache_expiry_hrs: integer(24, 'Hours that a granted permission is kept. A refusal or a failure never is.', 1),
  aaf_url: url('https://aaf-service:8100/authz/perms/user/', 'URL of permissions by user; the user name is appended.'),
  username: text('', 'HTTP Basic user name towards AAF. Empty: no Basic authentication.'),
  password: secret('HTTP Basic password towards AAF.'),
  aaf_cert_file: text('', 'Client certificate (PEM) towards AAF. Empty: none is sent.'),
  aaf_cert_key_file: text('', 'Private key (PEM) of the client certificate.'),
  aaf_ca_bundle_file: text(
    '',
    'Certificates (PEM) that AAF is verified with. Empty: the system store. (In the reference: no verification.)',
  ),
  insecure: bool(false, 'New. True accepts any certificate of AAF. For a laboratory only.'),
  aaf_retries: integer(3, 'Tries of a question in all.', 1, 10),
  aaf_timeout: integer(100, 'Seconds that one try may take in all.', 1),
  aaf_conductor_user: text('', 'Identity in AAF whose permissions are asked for.'),
  aaf_permissions: permissions(
    [REQUIRED_PERMISSION],
    'Permissions of which one is enough, as JSON: an object, several separated by commas, or a list; each with type, instance and action. `*` as instance or action accepts any.',
  ),
} as const;

export const AAF_SMS = {
  is_enabled: bool(
    false,
    'Reads user names and passwords from SMS at start; they replace those of every other source. (The reference has true.)',
  ),
  aaf_sms_url: url('https://aaf-sms.onap:10443', 'Base URL of SMS.'),
  aaf_sms_timeout: integer(30, 'Seconds that one try may take in all.', 1),
  aaf_ca_certs: text(
    '',
    'Certificates (PEM) that SMS is verified with. Empty: the system store. (The reference has AAF_RootCA.cer.)',
  ),
  insecure: bool(false, 'New. True accepts any certificate of SMS. For a laboratory only.'),
  secret_domain: text(
    'has',
    'Domain of the secrets aai, sdnc, sdc, conductor_api and aaf_api. One that is absent stops the start only when this process needs it and nothing else gives it.',
  ),
} as const;
