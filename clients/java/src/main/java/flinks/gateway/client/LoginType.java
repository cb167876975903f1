// Whose accounts a login opens.
package flinks.gateway.client;

/** Whose accounts a login opens. */
public enum LoginType {
    /** Flinks did not say. */
    UNSPECIFIED,

    /** A person's. */
    PERSONAL,

    /** A company's. */
    BUSINESS,

    /** A type newer than this client or the gateway: see {@link Login#typeName()}. */
    OTHER
}
