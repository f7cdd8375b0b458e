// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>
#include <QtCore/qurl.h>

#include <functional>
#include <memory>

namespace QRepod {

//! The program that connects a cluster's nodes: topics, and keys that expire.
///
/// All calls are asynchronous. They are made in the thread that the engine lives in, and answered
/// there later, never from within the call. A slot or an answer may delete the engine. While the
/// engine is out of reach, every question is answered at once with "no answer".
class Engine : public QObject
{
    Q_OBJECT

public:
    //! The answer to a question about a key.
    struct Answer
    {
        bool hasArrived = false; ///< false if out of reach; the request may still have been done
        QByteArray value;        ///< null if there is no such key
    };
    using Receiver = std::function<void(const Answer &)>;

    //! Returns an engine for the scheme of \a url, or nullptr; then \a error says why.
    static std::unique_ptr<Engine> create(const QUrl &url, QString *error);

    using QObject::QObject;

    //! Connects, and reconnects whenever the engine is lost, until this object is deleted.
    ///
    /// An engine counts as lost if it does not answer for \a timeout milliseconds.
    virtual void open(int timeout) = 0;

    //! Identifies this run of the engine, from up() to down(). After a restart, an engine may lack
    //! its latest keys, or all. Empty if it keeps its keys as long as any node is there.
    virtual QByteArray runId() const = 0;

    //! Delivers what is published to \a topic as received(), from subscribed() on, and again after
    //! every up().
    virtual void subscribe(const QByteArray &topic) = 0;
    virtual void unsubscribe(const QByteArray &topic) = 0;

    //! Publishes to every subscriber, including this one, at most once and in order.
    ///
    /// \return false if it was dropped: the engine is out of reach or does not keep up.
    virtual bool publish(const QByteArray &topic, const QByteArray &payload) = 0;

    //! Stores \a value under \a key for \a milliseconds.
    virtual void put(const QByteArray &key, const QByteArray &value, int milliseconds,
                     Receiver receiver) = 0;
    virtual void get(const QByteArray &key, Receiver receiver) = 0;

    //! Stores \a holder under \a key for \a milliseconds from now, if the key is free or has the
    //! same holder. The answer is the holder after that. This is atomic: of two that claim the key
    //! at once, one gets it.
    ///
    /// If \a guard is not empty, that key must exist too. If it does not, and nobody else holds
    /// \a key, the answer is null.
    virtual void claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
                       const QByteArray &guard, Receiver receiver) = 0;

    //! Removes \a key if its value is \a value.
    virtual void remove(const QByteArray &key, const QByteArray &value) = 0;

Q_SIGNALS:
    //! The engine can be asked, and all topics are subscribed to. Keys may have been lost since
    //! down().
    void up();

    //! The engine is out of reach. Emitted once, also if it could not be reached at first.
    void down(const QString &error);

    //! From now on, what is published to \a topic arrives. Not emitted for topics subscribed to
    //! before up().
    void subscribed(const QByteArray &topic);

    void received(const QByteArray &topic, const QByteArray &payload);
};

} // namespace QRepod
