// A picture to pick.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;

/**
 * A picture.
 *
 * @param content the bytes, ready to show; not to be changed
 * @param mediaType what the bytes are, such as {@code image/png}
 */
@JsonAdapter(Redacted.Adapter.class)
public record Image(byte[] content, String mediaType) implements Redacted {
    @Override
    public String toString() {
        return "Image[content=" + MARK + ", mediaType=" + mediaType + "]";
    }
}
