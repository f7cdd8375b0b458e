// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/engine.h"

#include <QtCore/qset.h>

namespace QRepod {

//! An engine inside of the process, for tests: all that have the same name meet there, from
//! whatever thread. It ends with the last of them.
class MemoryEngine final : public Engine
{
    Q_OBJECT

public:
    explicit MemoryEngine(const QString &name);
    ~MemoryEngine() override;

    void open(int timeout) override;
    QByteArray runId() const override { return {}; }
    void subscribe(const QByteArray &topic) override;
    void unsubscribe(const QByteArray &topic) override;
    bool publish(const QByteArray &topic, const QByteArray &payload) override;
    void put(const QByteArray &key, const QByteArray &value, int milliseconds,
             Receiver receiver) override;
    void get(const QByteArray &key, Receiver receiver) override;
    void claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
               const QByteArray &guard, Receiver receiver) override;
    void remove(const QByteArray &key, const QByteArray &value) override;

private:
    struct Hub;

    static std::shared_ptr<Hub> hubOf(const QString &name);
    void answer(Receiver receiver, const QByteArray &value);

    const std::shared_ptr<Hub> m_hub;
};

} // namespace QRepod
