// Waiting for the answers to a round, no longer than they are of use.
package flinks.gateway.client;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

final class SignIn {
    private SignIn() {}

    static <X extends Exception> List<Answer> answers(ChallengeRound round, Answerer<X> answerer) throws X {
        Context context = Context.current();
        FutureTask<List<Answer>> task = new FutureTask<>(context.wrap(() -> answerer.answer(round)));
        Context.CancellationListener stop = cancelled -> task.cancel(true);
        Thread thread = new Thread(task, "flinks-gateway-answerer");
        thread.setDaemon(true);
        thread.start();
        context.addListener(stop, Runnable::run);
        try {
            Duration left = Duration.between(Instant.now(), round.expireTime());
            return task.get(TimeUnit.NANOSECONDS.convert(left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw GatewayException.expired(round);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw GatewayException.stopped(Status.CANCELLED.withDescription("interrupted while waiting for answers"));
        } catch (CancellationException cancelled) {
            throw GatewayException.stopped(Contexts.statusFromCancelled(context));
        } catch (ExecutionException thrown) {
            throw SignIn.<RuntimeException>unchanged(thrown.getCause());
        } finally {
            context.removeListener(stop);
            task.cancel(true);
        }
    }

    /** Throws what the answerer threw: an X, or what needs no declaration. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchanged(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
