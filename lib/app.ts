import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import { bundle } from './bundle.ts';
import { entryPoints } from './entry-points.ts';
import { EventlyStack } from './evently-stack.ts';
import { FirewallStack } from './firewall-stack.ts';
import { readSettings } from './settings.ts';

/**
 * The CDK app with its stack `Evently-<stage>`. The stack is bound to no account or region, so it synthesizes offline
 * and without credentials. With an edge it is bound to a region, and there is a second stack, `Evently-<stage>-Firewall`.
 *
 * @param props Context that is given here goes before that of cdk.json.
 * @throws {RangeError} where a context value (see `Settings`) is not valid.
 */
export function createApp(props: AppProps = {}): App {
  const context = { ...cdkJson.context, ...props.context };
  const app = new App({ analyticsReporting: false, ...props, context });
  const settings = readSettings(app.node);
  const bundles = bundle(entryPoints, join(app.outdir, 'bundles'));
  const name = `Evently-${settings.stage}`;
  const firewall = settings.edge ? new FirewallStack(app, `${name}-Firewall`, settings) : undefined;
  new EventlyStack(app, name, { settings, bundles, ...(firewall && { webAclArn: firewall.webAclArn }) });
  return app;
}
