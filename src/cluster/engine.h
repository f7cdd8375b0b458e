// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>
#include <QtCore/qurl.h>

#include <functional>
#include <memory>

namespace QRepod {

//! What a cluster needs of the program between its nodes: topics, and keys that expire.
///
/// Everything is asked for without waiting, in the thread that the engine lives in, and answered
/// there later, never from within the call. A slot or an answer may delete it. While the engine is
/// out of reach, every question is answered at once with "no answer".
class Engine : public QObject
{
    Q_OBJECT

public:
    //! Answers to what keys are asked.
    struct Answer
    {
        bool hasCome = false; ///< false: out of reach, it may or may not have happened
        QByteArray value;     ///< null if there is no such key
    };
    using Receiver = std::function<void(const Answer &)>;

    //! One for the scheme of \a url, or nullptr and then \a error says why.
    static std::unique_ptr<Engine> create(const QUrl &url, QString *error);

    using QObject::QObject;

    //! Connects, and again whenever the engine is lost, until this is deleted.
    ///
    /// An engine that does not answer for \a timeout milliseconds is lost.
    virtual void open(int timeout) = 0;

    //! Names this run of the engine, from up() to down(). After its next start it may lack its
    //! latest keys, or all. Empty: it keeps them as long as any node is there.
    virtual QByteArray runId() const = 0;

    //! What is published to \a topic comes as received(), from subscribed() on and after every up()
    //! again.
    virtual void subscribe(const QByteArray &topic) = 0;
    virtual void unsubscribe(const QByteArray &topic) = 0;

    //! To every subscriber, this one included, at most once, and in the order of publishing.
    ///
    /// \return false if it is dropped: the engine is out of reach or does not keep up.
    virtual bool publish(const QByteArray &topic, const QByteArray &payload) = 0;

    //! Keeps \a value under \a key for so many milliseconds.
    virtual void put(const QByteArray &key, const QByteArray &value, int milliseconds,
                     Receiver receiver) = 0;
    virtual void get(const QByteArray &key, Receiver receiver) = 0;

    //! Keeps \a holder under \a key for so many milliseconds from now, if nothing or the same is
    //! there. The answer is who holds it then. One step: of two that claim at once, one does.
    ///
    /// If \a guard is not empty, that key must be there too; if it is missing and no other holds
    /// \a key, the answer is null.
    virtual void claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
                       const QByteArray &guard, Receiver receiver) = 0;

    //! Forgets \a key, if \a value is what is there.
    virtual void remove(const QByteArray &key, const QByteArray &value) = 0;

Q_SIGNALS:
    //! It can be asked, and every topic subscribed to is. Keys may have been lost since down().
    void up();

    //! It is out of reach. Also if it could not be reached in the first place, once.
    void down(const QString &error);

    //! What is published to \a topic comes from now on. Not told of those that are subscribed to
    //! before up().
    void subscribed(const QByteArray &topic);

    void received(const QByteArray &topic, const QByteArray &payload);
};

} // namespace QRepod
