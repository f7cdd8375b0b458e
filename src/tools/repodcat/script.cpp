// SPDX-License-Identifier: MIT
#include "repodcat/script.h"

#include <QtCore/QFile>
#include <QtQml/QJSEngine>

namespace {

//! The `bot` that scripts see.
class ScriptedBot : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int id READ id CONSTANT)

public:
    explicit ScriptedBot(Bot &bot)
        : QObject(&bot)
        , m_bot(bot)
    {
    }

    int id() const { return m_bot.number(); }

    Q_INVOKABLE void send(const QString &action, const QVariantMap &fields = {})
    {
        m_bot.send(withAction(action, fields));
    }

    //! The time until the answer counts as a round trip.
    Q_INVOKABLE void request(const QString &action, const QVariantMap &fields = {})
    {
        m_bot.ask(withAction(action, fields), true, time);
    }

    qint64 time = 0; ///< when the turn was due

private:
    static QVariantMap withAction(const QString &action, QVariantMap fields)
    {
        fields.insert("action", action);
        return fields;
    }

    Bot &m_bot;
};

class JavaScript : public Script
{
public:
    QString load(const QString &fileName)
    {
        QFile file(fileName);
        if (!file.open(QIODevice::ReadOnly))
            return fileName + ": " + file.errorString();
        m_engine.installExtensions(QJSEngine::ConsoleExtension);
        note(m_engine.evaluate(QString::fromUtf8(file.readAll()), fileName));
        for (Function *function : {&m_connected, &m_tick, &m_received})
            function->value = m_engine.globalObject().property(function->name);
        const bool doesNothing = !m_connected.value.isCallable() && !m_tick.value.isCallable()
            && !m_received.value.isCallable();
        return m_error.isEmpty() && doesNothing
            ? fileName + ": defines none of the functions connected, tick and received"
            : m_error;
    }

    void connected(Bot &bot, qint64 time) override
    {
        m_time = time;
        call(m_connected, bot, {});
    }
    void tick(Bot &bot, qint64 time) override
    {
        m_time = time;
        call(m_tick, bot, {});
    }
    void received(Bot &bot, const QVariantMap &message) override
    {
        if (m_received.value.isCallable())
            call(m_received, bot, {m_engine.toScriptValue(message)});
    }
    QString error() const override { return m_error; }

private:
    struct Function
    {
        const char *name;
        QJSValue value = {};
    };

    void call(const Function &function, Bot &bot, const QJSValueList &more)
    {
        if (!function.value.isCallable() || !m_error.isEmpty())
            return;
        auto *scripted = bot.findChild<ScriptedBot *>();
        if (!scripted)
            scripted = new ScriptedBot(bot);
        scripted->time = m_time;
        note(function.value.call(QJSValueList{m_engine.newQObject(scripted)} + more));
    }

    void note(const QJSValue &result)
    {
        if (result.isError() && m_error.isEmpty())
            m_error = QString("%1:%2: %3")
                          .arg(result.property("fileName").toString())
                          .arg(result.property("lineNumber").toInt())
                          .arg(result.toString());
    }

    QJSEngine m_engine;
    Function m_connected{"connected"};
    Function m_tick{"tick"};
    Function m_received{"received"};
    qint64 m_time = 0;
    QString m_error;
};

} // namespace

std::unique_ptr<Script> Script::load(const QString &file, QString *error)
{
    auto script = std::make_unique<JavaScript>();
    *error = script->load(file);
    return error->isEmpty() ? std::move(script) : nullptr;
}

#include "script.moc"
