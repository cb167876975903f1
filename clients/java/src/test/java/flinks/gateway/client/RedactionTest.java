// That no type with a secret is forgotten: every record of the package is filled with canaries and printed.
package flinks.gateway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import com.google.protobuf.Descriptors.FieldDescriptor;
import flinks.gateway.v1.AuthorizationServiceOuterClass;
import flinks.gateway.v1.ChallengeOuterClass;
import flinks.gateway.v1.SessionOuterClass;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedactionTest {
    private static final String CANARY = "canary-7f3a";

    /** What may be printed of records that are none of the contract's. A new one fails the test until somebody decides. */
    private static final Set<String> OPEN = Set.of(
            "FieldViolation.field", "FieldViolation.description", "FieldViolation.reason", "Address.host");

    @Test
    void everyRecordPrintsOnlyWhatIsOpen() throws Exception {
        for (Class<?> type : records()) {
            for (RecordComponent component : type.getRecordComponents()) {
                Object value = filled(type, component.getName());
                String name = type.getSimpleName() + "." + component.getName();
                component.getAccessor().setAccessible(true);
                boolean held = component.getAccessor().invoke(value).toString().contains(CANARY);
                assertEquals(held && isOpen(type, component.getName()), value.toString().contains(CANARY), name);
                if (value instanceof Redacted) {
                    assertEquals(value.toString(), new Gson().fromJson(new Gson().toJson(value), String.class), name);
                    ObjectMapper jackson = new ObjectMapper();
                    assertEquals(
                            value.toString(), jackson.readValue(jackson.writeValueAsString(value), String.class), name);
                }
            }
        }
    }

    /** Whether a component may be printed: for the contract's messages, what the contract says of the field. */
    private static boolean isOpen(Class<?> type, String component) {
        List<FieldDescriptor> fields = Stream.of(type.getSimpleName(), Challenge.class.getSimpleName())
                .filter(name -> name.equals(type.getSimpleName()) || Challenge.class.isAssignableFrom(type))
                .flatMap(RedactionTest::fields)
                .filter(field -> field.getJsonName().equals(component))
                .toList();
        return fields.isEmpty()
                ? OPEN.contains(type.getSimpleName() + "." + component)
                : fields.stream().noneMatch(field -> field.getOptions().getDebugRedact());
    }

    private static Stream<FieldDescriptor> fields(String message) {
        return Stream.of(
                        AuthorizationServiceOuterClass.getDescriptor(),
                        ChallengeOuterClass.getDescriptor(),
                        SessionOuterClass.getDescriptor())
                .map(file -> file.findMessageTypeByName(message))
                .filter(Objects::nonNull)
                .flatMap(type -> type.getFields().stream());
    }

    @Test
    void answersPrintTheirChallengeAndKindOnly() throws Exception {
        for (Method function : Answer.class.getMethods()) {
            if (Modifier.isStatic(function.getModifiers())) {
                Object[] arguments = Arrays.stream(function.getGenericParameterTypes())
                        .map(type -> value(type, CANARY))
                        .toArray();
                arguments[0] = "1";
                Object answer = function.invoke(null, arguments);
                assertTrue(answer.toString().contains("challengeId=1"));
                assertFalse((answer + new Gson().toJson(answer) + new ObjectMapper().writeValueAsString(answer))
                        .contains(CANARY));
            }
        }
    }

    @Test
    void clientPrintsNoTokenAndNoKey() {
        ConnectOptions options = ConnectOptions.defaults().bearerToken(CANARY);
        try (GatewayClient client = GatewayClient.connect("localhost:1", options)) {
            assertFalse((client + new Gson().toJson(client)).contains(CANARY));
        }
        assertFalse(options.certificate(CANARY).privateKey(CANARY).toString().contains(CANARY));
        assertFalse(new Gson().toJson(options.privateKey(CANARY)).contains(CANARY));
    }

    private static List<Class<?>> records() throws Exception {
        Path classes = Path.of(GatewayClient.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .resolve("flinks/gateway/client");
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
                    .<Class<?>>map(name -> load(name.substring(0, name.length() - ".class".length())))
                    .filter(Class::isRecord)
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("flinks.gateway.client." + name);
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** A record with the canary in one component, and innocent values in all others. */
    private static Object filled(Class<?> type, String secret) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        var constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        return constructor.newInstance(Arrays.stream(components)
                .map(component -> value(component.getGenericType(), component.getName().equals(secret) ? CANARY : "-"))
                .toArray());
    }

    private static Object value(Type type, String text) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            Object inner = value(last, text);
            if (generic.getRawType() == Optional.class) {
                return Optional.of(inner);
            }
            return generic.getRawType() == Map.class ? Collections.singletonMap(text, inner) : List.of(inner);
        }
        if (type == String.class || type == Object.class) {
            return text;
        }
        if (type == byte[].class) {
            return text.getBytes();
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == Instant.class) {
            return Instant.EPOCH;
        }
        if (type == Subject.class) {
            return new LoginId(text);
        }
        if (type == Challenge.class) {
            return new Challenge.MultipleChoice("1", text, List.of());
        }
        if (type instanceof Class<?> enumeration && enumeration.isEnum()) {
            return enumeration.getEnumConstants()[0];
        }
        try {
            Class<?> record = (Class<?>) type;
            return filled(record, "");
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }
}
