package dev.understudy.spring.boot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Replaces every provider that the properties of an application declare by a scripted one, for tests with Spring's test
 * context. The agents, with their policies, are those of the application; API keys are not needed. Scripts are given to the bean
 * {@link ProviderScripts}:
 *
 * <pre>{@code
 * @SpringBootTest
 * @ScriptedProviders
 * class SupportTest {
 *     @Autowired ProviderScripts scripts;
 *     @Autowired Support support;
 *
 *     @Test
 *     void backupAnswers() {
 *         scripts.provider("openai").always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
 *         scripts.provider("claude").always(ScriptedAnswer.text("Hello"));
 *         ...
 *     }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface ScriptedProviders {

    /**
     * Selects servers on sockets, which the declared providers send their requests to, instead of providers in memory.
     *
     * @return {@code true} for servers; {@code false} by default
     */
    boolean wire() default false;
}
