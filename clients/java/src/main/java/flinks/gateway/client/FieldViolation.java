// A field at fault.
package flinks.gateway.client;

import java.io.Serializable;

/**
 * A field of a request that broke a rule. Never holds the value.
 *
 * @param field the path of the field, such as {@code credentials.institution}
 * @param description how to keep the rule
 * @param reason the rule's name
 * @serial exclude
 */
public record FieldViolation(String field, String description, String reason) implements Serializable {}
