import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import { bundle } from './bundle.ts';
import { entryPoints } from './entry-points.ts';
import { EventlyStack } from './evently-stack.ts';
import { readSettings } from './settings.ts';

/**
 * The CDK app with its one stack, `Evently-<stage>`. The stack is bound to no account or region, so it synthesizes
 * offline and without credentials.
 *
 * @param props Context that is given here goes before that of cdk.json.
 * @throws {RangeError} where a context value (see `Settings`) is not valid.
 */
export function createApp(props: AppProps = {}): App {
  const context = { ...cdkJson.context, ...props.context };
  const app = new App({ analyticsReporting: false, ...props, context });
  const settings = readSettings(app.node);
  const bundles = bundle(entryPoints, join(app.outdir, 'bundles'));
  new EventlyStack(app, `Evently-${settings.stage}`, { settings, bundles });
  return app;
}
