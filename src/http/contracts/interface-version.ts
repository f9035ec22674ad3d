/** The version of what HTTP clients see; not that of the package. */
export const INTERFACE_VERSION = '1';
