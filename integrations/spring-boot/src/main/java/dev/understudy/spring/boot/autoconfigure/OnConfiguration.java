package dev.understudy.spring.boot.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches applications that configure providers, by properties or a file. */
final class OnConfiguration extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Understudy configuration");
        return ConfigSource.of(context.getEnvironment()).exists()
                ? ConditionOutcome.match(message.because("there are properties below 'understudy'"))
                : ConditionOutcome.noMatch(message.because(
                        "there is no property 'understudy.providers' or '" + ConfigSource.LOCATION + "'"));
    }
}
