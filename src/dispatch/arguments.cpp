// SPDX-License-Identifier: MIT
#include "dispatch/arguments.h"

#include "protocol/fields.h"

#include <bit>

namespace QRepod {

using Field = Signature::Field;
using Fixed = Signature::Fixed;

Arguments::Arguments(const Signature &signature, const Message &message, QObject *const &sender)
    : m_signature(signature)
    , m_memory(signature.size(), signature.alignment())
{
    m_pointers[0] = nullptr;
    for (const Fixed &fixed : signature.fixed())
        m_pointers[size_t(fixed.parameter)] = place(fixed, message, sender);
}

void *Arguments::place(const Fixed &fixed, const Message &message, QObject *const &sender)
{
    switch (fixed.kind) {
    case Fixed::Kind::Sender: // a pointer to a QObject's subclass has the same value
        return fixed.isVariant ? new (m_memory.at(fixed.offset))
                   QVariant(QVariant::fromValue(sender))
                               : static_cast<void *>(const_cast<QObject **>(&sender));
    case Fixed::Kind::Message:
        return fixed.isVariant ? new (m_memory.at(fixed.offset)) QVariant(message.map())
                               : static_cast<void *>(const_cast<QVariantMap *>(&message.map()));
    case Fixed::Kind::Gadget:
        return m_signature.gadget().construct(m_memory.at(fixed.offset));
    }
    Q_UNREACHABLE();
    return nullptr;
}

Arguments::~Arguments()
{
    for (const Fixed &fixed : m_signature.fixed()) {
        if (fixed.isVariant)
            static_cast<QVariant *>(m_memory.at(fixed.offset))->~QVariant();
        else if (fixed.kind == Fixed::Kind::Gadget)
            m_signature.gadget().destruct(m_memory.at(fixed.offset));
    }
    for (FieldSet rest = m_given & m_signature.constructed(); rest != 0; rest &= rest - 1) {
        const Field &field = m_signature.fields()[size_t(std::countr_zero(rest))];
        field.type.destruct(m_memory.at(field.offset));
    }
}

const Field *Arguments::read(const Message &message)
{
    if (m_signature.fields().empty())
        return nullptr;
    FieldReader reader(*this, message.context());
    reader.read(message.payload());
    if (m_unfit != 0)
        return &m_signature.fields()[size_t(std::countr_zero(m_unfit))];
    return m_signature.gadget().isValid() ? nullptr : firstMissing();
}

//! Returns the first field that is missing and must not be; the missing ones are omitted.
const Field *Arguments::firstMissing()
{
    const std::vector<Field> &fields = m_signature.fields();
    const auto given = size_t(std::countr_one(m_given));
    if (given == fields.size())
        return nullptr;
    const bool isLast = (m_given & (m_given + 1)) == 0; // nothing comes behind it
    if (!fields[given].isOptional || !isLast)
        return &fields[given];
    m_omitted = m_signature.parameters() + 1 - fields[given].parameter;
    return nullptr;
}

bool Arguments::wants(QByteArrayView key)
{
    m_current = m_signature.find(key, m_next);
    return m_current;
}

bool Arguments::field(const Value &value)
{
    const Field &field = *m_current;
    const FieldSet bit = FieldSet(1) << (m_current - m_signature.fields().data());
    void *&argument = m_pointers[size_t(field.parameter)];
    bool fits;
    if (field.property) {
        fits = field.property->assign(value, argument);
    } else {
        argument = m_memory.at(field.offset);
        if (m_signature.constructed() & bit) {
            if (m_given & bit) { // it stands twice; nothing of the first may shine through
                m_given &= ~bit;
                field.type.destruct(argument);
            }
            field.type.construct(argument);
        }
        m_given |= bit;
        fits = field.converter->convert(value, argument);
    }
    m_unfit = fits ? m_unfit & ~bit : m_unfit | bit;
    return true; // even if it does not fit, as the same field may come again
}

} // namespace QRepod
