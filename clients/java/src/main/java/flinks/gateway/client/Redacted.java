// Printing of whatever holds a secret: JSON mappers get no more than `toString` says.
package flinks.gateway.client;

import com.fasterxml.jackson.annotation.JsonValue;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;

/**
 * A value with secrets in it. Every implementation has a {@code toString} of its own, generated from what the contract
 * marks as secret, and carries {@code @JsonAdapter(Redacted.Adapter.class)}.
 */
interface Redacted {
    /** What stands in place of a secret. */
    String MARK = "[redacted]";

    /** All that Jackson may write. */
    @JsonValue
    @Override
    String toString();

    /** All that Gson may write. */
    final class Adapter extends TypeAdapter<Redacted> {
        @Override
        public void write(JsonWriter out, Redacted value) throws IOException {
            out.value(value.toString());
        }

        @Override
        public Redacted read(JsonReader in) {
            throw new UnsupportedOperationException("a redacted value cannot be read back");
        }
    }
}
