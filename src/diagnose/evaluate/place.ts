import type {
  Configuration,
  NatGatewaySettings,
  NetworkSettings,
  NicSettings,
  Read,
  RouteTableSettings,
  SubnetSettings,
} from './configuration.ts';
import { settingOf } from './names.ts';

/** A piece that a subnet may have: it has none, or one that was read, or nobody knows. */
export type Piece<T> = { is: 'none' } | { is: 'known'; value: T } | { is: 'unknown' };

/** Where the nodes are, and what their subnet leads to. */
export interface Place {
  nic?: NicSettings;
  subnet?: SubnetSettings;
  network?: NetworkSettings;
  table: Piece<RouteTableSettings>;
  natGateway: Piece<NatGatewaySettings>;
}

/** A piece that the subnet names counts as unknown until it was read: even where Azure says that there is none, as the subnet says otherwise. */
function pieceOf<T>(subnet: SubnetSettings | undefined, id: string | undefined, read: Read<T> | undefined): Piece<T> {
  if (read?.status === 'read') return { is: 'known', value: read.value };
  return subnet !== undefined && id === undefined && read === undefined ? { is: 'none' } : { is: 'unknown' };
}

/** Puts together what was read of the place where the nodes are. */
export function placeOf(configuration: Configuration): Place {
  const subnet = settingOf(configuration.subnet);
  return {
    nic: settingOf(configuration.nic),
    subnet,
    network: settingOf(configuration.network),
    table: pieceOf(subnet, subnet?.routeTableId, configuration.routeTable),
    natGateway: pieceOf(subnet, subnet?.natGatewayId, configuration.natGateway),
  };
}
