import ipaddr from 'ipaddr.js'

/**
 * Whether a server may connect to this address on behalf of a stranger: public unicast only.
 *
 * Refused are loopback, private, link-local (with the cloud metadata address 169.254.169.254), carrier-grade NAT, multicast,
 * reserved and documentation ranges, and the IPv6 forms that wrap an IPv4 address for a translator (NAT64, 6to4, Teredo).
 * An IPv4 address mapped into IPv6 is judged as the IPv4 address that it is.
 *
 * @param address  textual IPv4 or IPv6; anything else is not public
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return parsed.range() === 'unicast' && parsed.toString() !== azureHostAddress
}

// The one metadata and management address of a large cloud that lies in a public range.
const azureHostAddress = '168.63.129.16'
