// How a bank delivers a code to a phone.
package flinks.gateway.client;

/** How a bank delivers a code to a phone. */
public enum DeliveryMethod {
    /** A text message. */
    TEXT,

    /** A voice call. */
    CALL
}
