// What a link leads to.
package flinks.gateway.client;

/** What a link leads to. */
public enum Resource {
    /** Unsaid, or newer than this client or the gateway: see {@link Link#rel()}. */
    UNSPECIFIED,

    /** Accounts with their transactions. */
    ACCOUNTS_DETAIL,

    /** Accounts with their balances. */
    ACCOUNTS_SUMMARY,

    /** The bank's statements as documents. */
    STATEMENTS,

    /** The sign-in itself. */
    AUTHORIZATION
}
