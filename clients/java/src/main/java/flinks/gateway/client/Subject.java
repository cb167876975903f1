// Who signs in.
package flinks.gateway.client;

/** Who signs in live: a customer with {@link Credentials}, or a saved login by its {@link LoginId}. */
public sealed interface Subject permits Credentials, LoginId {}
