// What the contract's messages hold that is no message of its own, and what is no value at all.
package flinks.gateway.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

final class Wire {
    private Wire() {}

    static Instant value(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    static byte[] value(ByteString bytes) {
        return bytes.toByteArray();
    }

    static Map<String, Object> value(Struct struct) {
        Map<String, Object> map = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((name, item) -> map.put(name, value(item)));
        return Collections.unmodifiableMap(map);
    }

    private static Object value(Value value) {
        return switch (value.getKindCase()) {
            case NULL_VALUE, KIND_NOT_SET -> null;
            case NUMBER_VALUE -> value.getNumberValue();
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case STRUCT_VALUE -> value(value.getStructValue());
            case LIST_VALUE -> value.getListValue().getValuesList().stream().map(Wire::value).toList();
        };
    }

    static StatusRuntimeException newerOutcome() {
        return Status.UNKNOWN.withDescription("the outcome is newer than this client").asRuntimeException();
    }

    /**
     * Refuses a message that would not arrive as it is: half of a surrogate pair has no UTF-8, and would silently be
     * sent as another character, at the cost of an attempt at the bank.
     */
    static void checkTexts(Message message) {
        try {
            boolean changed = !message.getParserForType().parseFrom(message.toByteString()).equals(message);
            ConnectOptions.refuseIf(changed, "a text of the request is no Unicode: it has half of a surrogate pair");
        } catch (InvalidProtocolBufferException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
