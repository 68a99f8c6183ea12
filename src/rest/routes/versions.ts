// GET / : version discovery. Both entries are called v1 and differ in their date; clients know them like this.
import type { RouteHandler } from '../types.ts';

const DESCRIBED_BY = 'https://wiki.onap.org/pages/viewpage.action?pageId=16005528';
const UPDATED = ['2016-11-01T00:00:00Z', '2018-02-01T00:00:00Z'];

export const versions: RouteHandler = async ({ baseUrl, settings }) => ({
  status: 200,
  body: {
    versions: UPDATED.map((updated) => ({
      id: 'v1',
      version: `of-has:${settings.version.latest}`,
      links: [
        { href: `${baseUrl}/v1`, rel: 'self' },
        { href: DESCRIBED_BY, rel: 'describedby', type: 'text/html' },
      ],
      'media-types': [{ base: 'application/json', type: 'application/vnd.onap.has-v1+json' }],
      status: 'EXPERIMENTAL',
      updated,
    })),
  },
});
