// A picture to pick.
package flinks.gateway.client;

import com.google.gson.annotations.JsonAdapter;
import java.util.Arrays;

/**
 * A picture.
 *
 * @param content the bytes, ready to show; each call gives a copy
 * @param mediaType what the bytes are, such as {@code image/png}
 */
@JsonAdapter(Redacted.Adapter.class)
public record Image(byte[] content, String mediaType) implements Redacted {
    /** Copies the bytes. */
    public Image {
        content = content.clone();
    }

    @Override
    public byte[] content() {
        return content.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Image image
                && Arrays.equals(content, image.content)
                && mediaType.equals(image.mediaType);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "Image[content=" + MARK + ", mediaType=" + mediaType + "]";
    }
}
