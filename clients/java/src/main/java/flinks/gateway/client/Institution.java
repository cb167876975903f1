// A bank.
package flinks.gateway.client;

/**
 * A bank, as far as Flinks named it.
 *
 * @param name Flinks' name for it, to be compared exactly: what {@link Credentials#institution()} takes; may be empty
 * @param displayName its name for people; may be empty
 * @param id Flinks' number for it; zero when Flinks gave none
 */
public record Institution(String name, String displayName, int id) {}
